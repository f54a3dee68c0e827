// Helpers of all modules. Pages work without any of this; a module adds to
// what the server sent and gives up quietly when something is missing.
const root = document.documentElement;
root.classList.add("has-js");

const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const on = (target, type, run, options) => target.addEventListener(type, run, options);
const word = (name) => document.body.dataset["words" + name[0].toUpperCase() + name.slice(1)] || name;
const calm = () => root.dataset.motion === "less" || matchMedia("(prefers-reduced-motion: reduce)").matches;

// The only way from text to HTML: what this server rendered itself.
const policy = window.trustedTypes
	? window.trustedTypes.createPolicy("page", { createHTML: (s) => s })
	: { createHTML: (s) => s };
const parse = (html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html");

const toast = (text) => {
	const box = document.querySelector(".toasts");
	if (!box) return;
	const p = document.createElement("p");
	p.className = "toast";
	p.textContent = text;
	box.append(p);
	setTimeout(() => p.remove(), 5000);
};

// Sends a form to the JSON twin of its address; answers the data or throws.
const send = async (form, address, extra = {}) => {
	const body = new URLSearchParams();
	for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
	for (const [name, value] of Object.entries(extra)) [].concat(value).forEach((v) => body.append(name, v));
	const path = new URL(address, location.href).pathname;
	const answer = await fetch("/api/v1" + path, {
		method: "POST", body, credentials: "same-origin",
		headers: { Accept: "application/json", "X-CSRF": body.get("csrf") || "" },
	});
	const data = answer.status === 204 ? {} : await answer.json();
	if (!answer.ok) throw Object.assign(new Error(data.title), { status: answer.status, data });
	return data;
};
