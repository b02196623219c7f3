// Elements.

// An element ("p.field": with a class), its attributes ("onclick" and the like are listeners) and
// what is in it.
function make(name, attributes, ...content) {
  const [tag, look = ""] = name.split(".");
  const made = document.createElement(tag);
  if (look) made.className = look;
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...content);
  return made;
}

const button = (label, act) => make("button", { type: "button", "data-act": act }, label);

let fields = 0;

// A labelled control with a place for what is wrong with it; `options` make it a choice.
function field(name, label, value = "", options = null) {
  const id = `field-${fields += 1}`;
  const control = make(options ? "select" : name === "note" ? "textarea" : "input", {
    name, id, "aria-describedby": `${id}-wrong`, autocomplete: name === "by" ? "name" : "off",
  });
  for (const [key, words] of Object.entries(options ?? {})) control.append(new Option(words, key));
  control.value = value;
  return make("p.field", {}, make("label", { for: id }, label), control,
    make("span.wrong", { id: `${id}-wrong` }));
}

// What the page tells once: "name|value;name|value".
const table = (words = "", between = "|") => words.split(";").map((pair) => pair.split(between));

// The names of what can be corrected of a kind of fact.
const CHANGES = Object.fromEntries(table(review.dataset.changes, ":"));
const correctable = (card) => list(CHANGES[card.dataset.kind]);

// Controls for those of a fact's members that are named.
function controls(names, values) {
  const system = values.code?.system ?? "";
  const known = table(review.dataset.systems).map(([label, uri]) => [uri, label]);
  const systems = Object.fromEntries([["", "choose"], [system, system || "choose"], ...known]);
  const options = { certainty: CERTAINTY, whose: WHOSE };
  return names.map((name) => (name !== "code" ? field(name, LABELS[name], values[name], options[name])
    : make("fieldset", {}, make("legend", {}, "Code"), field("system", "System", system, systems),
      field("code", "Code", values.code?.code), field("display", "Display", values.code?.display))));
}

function refuse(control, message) {
  put(control, "aria-invalid", true);
  write(byId(`${control.id}-wrong`), message);
  control.focus();
}

// Opens a form in a slot; it closes when `save` returns true, and by Escape.
function open(slot, title, content, label, save) {
  const back = document.activeElement;
  const close = () => {
    slot.replaceChildren();
    back.focus();
  };
  const form = make("form", {
    "aria-label": title, novalidate: "",
    onsubmit(event) {
      event.preventDefault();
      for (const control of $$("[aria-invalid]", form)) put(control, "aria-invalid");
      for (const place of $$(".wrong", form)) write(place, "");
      if (save(form.elements, form)) close();
    },
    onkeydown: (event) => event.key === "Escape" && close(),
    onreset: close,
  }, ...content, make("p.wrong", { role: "alert" }), make("p.acts", {},
    make("button", { "data-act": "save" }, label), make("button", { type: "reset" }, "Cancel")));
  slot.replaceChildren(form);
  $("input, select, textarea, button", form).focus();
}

// Asks in place before what is hard to take back.
function ask(question, label, then) {
  open($(".slot", review), question, [make("p", {}, question)], label, () => {
    queueMicrotask(then);
    return true;
  });
}

// Does `then` when the reviewer's name is known; asks for it in place where it is not.
function named(slot, then) {
  if (state.by) return then();
  return open(slot, "Your name", [field("by", "Your name")], "Go on", ({ by }) => {
    if (!by.value.trim()) return refuse(by, "A decision needs the name of who makes it.");
    setName(by.value);
    // Not before this form is gone, which gives the focus back.
    queueMicrotask(then);
    return true;
  });
}

let silence = 0;

// Tells in words what was done: seen for a while, and read aloud.
function say(words) {
  $(".said").replaceChildren(make("span", {}, words));
  clearTimeout(silence);
  silence = setTimeout(() => $(".said").replaceChildren(), 8000);
}

const warn = (words) => write($("#review > .wrong"), words);
