// Dragging lessons into another order. The buttons beside each lesson do the
// same from the keyboard; without script they are all there is.
all("[data-order]").forEach((list) => {
	let moved = null;
	let before = "";
	const order = () => all(":scope > [data-id]", list).map((li) => li.dataset.id);
	all(":scope > [data-id]", list).forEach((li) => {
		const handle = li.querySelector(".handle");
		if (!handle) return;
		on(handle, "pointerdown", () => {
			li.draggable = true;
		});
		on(li, "dragstart", (e) => {
			moved = li;
			before = order().join();
			li.classList.add("dragging");
			e.dataTransfer.effectAllowed = "move";
		});
		on(li, "dragend", async () => {
			li.classList.remove("dragging");
			li.draggable = false;
			moved = null;
			if (order().join() === before) return;
			try {
				await send(li.querySelector("form"), list.dataset.order, { kind: "lesson", module: list.dataset.module, ids: order() });
			} catch (e) {
				toast(word("failed"));
				const ids = before.split(",");
				ids.forEach((id) => list.append(list.querySelector(`[data-id="${CSS.escape(id)}"]`)));
			}
		});
	});
	on(list, "dragover", (e) => {
		if (!moved) return;
		e.preventDefault();
		const over = e.target.closest("[data-id]");
		if (!over || over === moved || over.parentNode !== list) return;
		const box = over.getBoundingClientRect();
		list.insertBefore(moved, e.clientY < box.top + box.height / 2 ? over : over.nextSibling);
	});
});
