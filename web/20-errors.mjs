// The list of mistakes gets the focus, and its links go to the field itself, with the label in sight.
const summary = document.querySelector('[data-errors]');
summary?.focus();
summary?.addEventListener('click', (event) => {
	const target = event.target.closest('a') && document.getElementById(event.target.closest('a').hash.slice(1));
	if (!target) return;
	event.preventDefault();
	(target.closest('.govuk-form-group') ?? target).scrollIntoView();
	target.focus({ preventScroll: true });
});
