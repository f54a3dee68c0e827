// Parts that renew themselves: data-poll="seconds" on an element with an id
// loads the same page and swaps that element, as long as the new one polls.
const renew = (id, seconds) => setTimeout(async () => {
	const old = document.getElementById(id);
	if (document.hidden) return renew(id, seconds);
	try {
		const answer = await fetch(location.href, { credentials: "same-origin" });
		if (!answer.ok) throw new Error(answer.status);
		const fresh = parse(await answer.text()).getElementById(id);
		if (!fresh || !old) return;
		old.replaceWith(fresh);
		if (fresh.dataset.poll) renew(id, Number(fresh.dataset.poll));
	} catch (e) {
		renew(id, Math.min(seconds * 2, 60));
	}
	return undefined;
}, seconds * 1000);
all("[data-poll][id]").forEach((e) => renew(e.id, Number(e.dataset.poll)));

// Uploads: drop on the box, see how much has gone.
all("form[data-upload]").forEach((form) => {
	const box = form.querySelector(".drop");
	const input = form.querySelector("input[type=file]");
	const bar = form.querySelector("progress");
	["dragenter", "dragover"].forEach((t) => on(box, t, (e) => {
		e.preventDefault();
		box.classList.add("over");
	}));
	["dragleave", "drop"].forEach((t) => on(box, t, () => box.classList.remove("over")));
	on(box, "drop", (e) => {
		e.preventDefault();
		if (e.dataTransfer.files.length) input.files = e.dataTransfer.files;
	});
	on(form, "submit", (e) => {
		if (!input.files.length || !bar) return;
		e.preventDefault();
		const request = new XMLHttpRequest();
		bar.hidden = false;
		request.upload.onprogress = (p) => {
			if (p.lengthComputable) bar.value = (100 * p.loaded) / p.total;
		};
		request.onload = () => {
			if (request.responseURL && request.responseURL !== form.action && request.status < 400) location.assign(request.responseURL);
			else {
				const page = parse(request.responseText);
				document.querySelector("main").replaceWith(page.querySelector("main"));
				const problem = document.querySelector("[data-errors]");
				if (problem) problem.focus();
			}
		};
		request.onerror = () => {
			bar.hidden = true;
			toast(word("failed"));
		};
		request.open("POST", form.action);
		request.send(new FormData(form));
	});
});

// A new account starts in the time zone of its device.
all("[data-zone]").forEach((i) => {
	const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	if (zone && zone.includes("/")) i.value = zone;
});
