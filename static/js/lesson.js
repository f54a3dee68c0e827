// Lesson: copy buttons on code, the heading in view marked in the contents,
// arrow keys between lessons (with Alt, so that reading keys stay free).
all(".prose .code pre").forEach((pre) => {
	if (!navigator.clipboard) return;
	const b = document.createElement("button");
	b.type = "button";
	b.className = "button small copy";
	b.textContent = word("copy");
	on(b, "click", async () => {
		await navigator.clipboard.writeText(pre.textContent);
		b.textContent = word("copied");
		setTimeout(() => {
			b.textContent = word("copy");
		}, 2000);
	});
	pre.after(b);
});

// What scrolls sideways can be reached and scrolled with the keyboard.
all(".prose pre, .prose .table-scroll, .prose math[display=block]").forEach((e) => {
	if (e.scrollWidth > e.clientWidth) e.tabIndex = 0;
});

const links = new Map(all(".toc a").map((a) => [a.hash.slice(1), a]));
if (links.size && "IntersectionObserver" in window) {
	const seen = new IntersectionObserver((entries) => {
		const hit = entries.find((e) => e.isIntersecting);
		if (!hit) return;
		links.forEach((a) => a.classList.remove("on"));
		links.get(hit.target.id).classList.add("on");
	}, { rootMargin: "-15% 0px -70% 0px" });
	links.forEach((a, id) => {
		const h = document.getElementById(id);
		if (h) seen.observe(h);
	});
}

// The outline drawer closes by itself when a place in this page is chosen.
const outline = document.getElementById("outline");
if (outline && outline.hidePopover) {
	on(outline, "click", (e) => {
		if (e.target.closest("a") && outline.matches(":popover-open")) outline.hidePopover();
	});
	const here = outline.querySelector("[aria-current]");
	if (here && outline.scrollHeight > outline.clientHeight) outline.scrollTop = here.offsetTop - outline.clientHeight / 3;
}
