// A button that prints is only there when it can.
for (const b of document.querySelectorAll('[data-print]')) {
	b.hidden = false;
	b.addEventListener('click', () => print());
}
