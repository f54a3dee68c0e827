// Forms: focus on the error summary, show a password, count characters, say
// that a submit is under way, warn about unsaved work, confirm risky actions.
const summary = document.querySelector("[data-errors]");
if (summary) summary.focus();

all("[data-reveal]").forEach((b) => on(b, "click", () => {
	const input = document.getElementById(b.dataset.reveal);
	const shown = input.type === "text";
	input.type = shown ? "password" : "text";
	b.setAttribute("aria-pressed", String(!shown));
}));

all("textarea[data-count]").forEach((t) => {
	const out = t.closest(".field").querySelector(".counter");
	const show = () => {
		out.textContent = `${t.value.length} / ${t.maxLength}`;
	};
	on(t, "input", show);
	show();
});

all("select[data-submit]").forEach((s) => on(s, "change", () => s.form.requestSubmit()));

// A second click while the first is on its way does nothing.
on(document, "submit", (e) => {
	const form = e.target;
	if (form.dataset.sent) {
		e.preventDefault();
		return;
	}
	if (e.defaultPrevented || form.dataset.upload !== undefined || form.method !== "post" || (e.submitter && e.submitter.formTarget)) return;
	form.dataset.sent = "1";
	form.dataset.clean = "1";
	if (e.submitter) e.submitter.setAttribute("aria-busy", "true");
});
on(window, "pageshow", (e) => {
	if (!e.persisted) return;
	all("form[data-sent]").forEach((f) => delete f.dataset.sent);
	all("[aria-busy]").forEach((b) => b.removeAttribute("aria-busy"));
});

all("form[data-guard]").forEach((form) => {
	let dirty = false;
	on(form, "input", () => {
		dirty = true;
	});
	on(form, "saved", () => {
		dirty = false;
	});
	on(window, "beforeunload", (e) => {
		if (!dirty || form.dataset.clean) return;
		e.preventDefault();
		e.returnValue = word("leave");
	});
});

// A button that opens a native dialog; without script the dialog's form stands open in the page.
all("[data-dialog]").forEach((b) => {
	const dialog = document.getElementById(b.dataset.dialog);
	if (dialog && dialog.showModal) on(b, "click", () => dialog.showModal());
});
all("[data-close]").forEach((b) => on(b, "click", () => b.closest("dialog").close()));
