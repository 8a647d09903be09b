// How many characters are left: said after a pause in typing, and only when it matters.
for (const area of document.querySelectorAll('textarea[data-max]')) {
	const out = document.getElementById(`${area.id}-count`);
	const max = Number(area.dataset.max);
	const first = out.textContent;
	let timer = 0;
	const say = () => {
		const left = max - [...area.value].length;
		const n = Math.abs(left);
		const key = (left < 0 ? 'over' : 'left') + (n === 1 ? 'One' : 'Many');
		out.textContent = left < max * 0.25 ? out.dataset[key].replace('{0}', n) : first;
		out.classList.toggle('sd-count--over', left < 0);
	};
	out.setAttribute('aria-live', 'polite');
	area.addEventListener('input', () => {
		clearTimeout(timer);
		timer = setTimeout(say, 600);
	});
	say();
}
