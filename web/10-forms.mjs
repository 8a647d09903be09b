// A form is sent once; its text is kept in this browser until it is saved; leaving with unsaved text asks first.
const PREFIX = 'sd:';
const posts = [...document.querySelectorAll('main form[method="post"]')];
const keeps = (f) => [...f.elements].filter((e) => e.name && !e.name.startsWith('_') && (e.tagName === 'TEXTAREA' || e.type === 'text'));
const slot = (f) => PREFIX + new URL(f.action).pathname;
let unsaved = false;

function remember(f) {
	const values = Object.fromEntries(keeps(f).map((e) => [e.name, e.value]));
	try {
		localStorage.setItem(slot(f), JSON.stringify(values));
	} catch {
		// A full or closed store must not keep anyone from typing.
	}
}

// Text of before a crash or a language switch comes back, only into fields that still hold what the server gave.
function restore(f) {
	const stored = localStorage.getItem(slot(f));
	if (!stored) return;
	const values = JSON.parse(stored);
	for (const e of keeps(f)) {
		if (!(e.name in values) || values[e.name] === e.value) continue;
		e.value = values[e.name];
		e.dispatchEvent(new Event('input', { bubbles: true }));
	}
}

function clear() {
	for (const k of Object.keys(localStorage)) if (k.startsWith(PREFIX)) localStorage.removeItem(k);
}

// A page of ours came after the form was sent, without mistakes: the server has the text, or keeps it.
const sent = sessionStorage.getItem('sd-sent');
if (sent) {
	sessionStorage.removeItem('sd-sent');
	if (!document.querySelector('[data-errors]')) localStorage.removeItem(sent);
}
for (const f of posts) {
	const long = f.querySelector('textarea');
	if (long && !document.querySelector('[data-errors], .govuk-notification-banner')) restore(f);
	f.addEventListener('input', () => {
		unsaved = true;
		if (long) remember(f);
	});
	f.addEventListener('submit', (event) => {
		if (f.dataset.sent) return event.preventDefault();
		f.dataset.sent = '1';
		unsaved = false;
		sessionStorage.setItem('sd-sent', slot(f));
	});
}
// Back from the browser's own memory: the form may be sent again.
addEventListener('pageshow', () => posts.forEach((f) => delete f.dataset.sent));
addEventListener('beforeunload', (event) => {
	if (unsaved) event.preventDefault();
});
document.querySelector('[data-sign-out]')?.addEventListener('submit', clear);
if (document.querySelector('[data-signed-out]')) clear();
