// Menus and dropdown filters are <details>: close on Escape, on a click
// elsewhere, and when another one opens (browsers without details name=).
const open = () => all("details.menu[open]");
on(document, "click", (e) => open().forEach((d) => d.contains(e.target) || (d.open = false)));
on(document, "keydown", (e) => {
	if (e.key !== "Escape") return;
	open().forEach((d) => {
		d.open = false;
		d.querySelector("summary").focus();
	});
});
on(document, "focusin", (e) => open().forEach((d) => d.contains(e.target) || (d.open = false)));
