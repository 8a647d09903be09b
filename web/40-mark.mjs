// Marking words of the person: what is selected in a [data-mark-source] goes into the field that its value names, and that field is shown.
// Without this script the words are typed into that field.
for (const source of document.querySelectorAll('[data-mark-source]')) {
	const field = document.getElementById(source.dataset.markSource);
	if (!field) continue;
	document.addEventListener('selectionchange', () => {
		const range = document.getSelection();
		if (range.isCollapsed || !source.contains(range.anchorNode) || !source.contains(range.focusNode)) return;
		field.closest('details')?.setAttribute('open', '');
		field.value = range.toString().replace(/\s+/g, ' ').trim();
	});
}
