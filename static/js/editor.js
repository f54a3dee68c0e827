// Lesson editor: preview beside the text, and autosave into the person's own
// draft. The answer of an autosave never replaces what stands in the editor.
const form = document.getElementById("editor");
if (form && form.dataset.autosave) {
	const text = form.elements.source;
	const box = document.getElementById("preview");
	const state = form.querySelector(".state");
	const shower = form.querySelector("[data-preview]");
	let saved = text.value;
	let savedAt = 0;
	let busy = false;
	let timer = 0;

	const show = async () => {
		if (!shower) return;
		try {
			const data = await send(form, shower.getAttribute("formaction"));
			const prose = document.createElement("div");
			prose.className = "prose";
			prose.append(...parse(data.body || "").body.childNodes);
			box.replaceChildren(prose);
		} catch (e) {
			/* The text stays as it is; the next change tries again. */
		}
	};
	const save = async () => {
		if (busy || text.value === saved) return;
		const sent = text.value;
		busy = true;
		state.textContent = form.dataset.saving;
		try {
			await send(form, form.dataset.autosave);
			saved = sent;
			savedAt = Date.now();
			form.dispatchEvent(new Event("saved"));
			state.textContent = form.dataset.saved;
		} catch (e) {
			state.textContent = form.dataset.unsaved;
			if (e.status !== 429 && e.status !== 503) toast(word("failed"));
		}
		busy = false;
	};
	on(text, "input", () => {
		if (!busy) state.textContent = form.dataset.unsaved;
		clearTimeout(timer);
		timer = setTimeout(show, 1500);
	});
	setInterval(() => {
		save();
		const s = Math.round((Date.now() - savedAt) / 1000);
		if (savedAt && text.value === saved && s >= 10 && s % 10 < 5) {
			const ago = new Intl.RelativeTimeFormat(root.lang, { style: "narrow" });
			state.textContent = `${form.dataset.saved} ${s < 90 ? ago.format(-s, "second") : ago.format(-Math.round(s / 60), "minute")}`;
		}
	}, 5000);
	on(document, "visibilitychange", () => document.hidden && save());
	if (shower) on(shower, "click", (e) => {
		e.preventDefault();
		show();
		box.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
	});
	on(text, "keydown", (e) => {
		if (e.key === "s" && (e.ctrlKey || e.metaKey)) {
			e.preventDefault();
			save();
		}
	});
	show();
}
