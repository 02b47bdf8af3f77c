// Elements without templates: text is always text, so nothing that a service says can become markup.

/**
 * Make an element.
 * @param {string} tag
 * @param {Object} properties  attributes; `on…` functions become listeners; false, null and undefined are left out
 * @param {...(Node|string|null|Array)} children
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) {
      continue;
    }
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else if (name === 'class') {
      node.className = value;
    } else {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

/**
 * Make a button.
 * @param {import('./words.js').Words} words
 * @param {string} name  of its text
 * @param {string} key  by which it gets the focus back, see `refill`
 * @param {(button: HTMLButtonElement) => any} act
 * @param {Object} more  title: what it is about, for screen readers; main: further classes; values: for its
 *   text; off: nothing happens now
 */
export function button(words, name, key, act, { title = '', main = '', values = {}, off = false } = {}) {
  const label = words.say(name, values);
  return element(
    'button',
    {
      type: 'button',
      class: `jp-mod-styled${main}`,
      'data-key': key,
      'aria-label': title ? `${label}: ${title}` : null,
      'aria-disabled': off ? 'true' : null,
      onclick: event => off || act(event.currentTarget)
    },
    label
  );
}

/**
 * Disable a button and say that it works while `work` runs.
 * @param {HTMLButtonElement} button
 * @param {string} busy  label meanwhile
 * @param {() => Promise} work
 */
export async function whileBusy(button, busy, work) {
  if (button.getAttribute('aria-disabled') === 'true') {
    return;
  }
  const label = button.textContent;
  // aria-disabled instead of disabled: the button keeps the keyboard's focus
  button.setAttribute('aria-disabled', 'true');
  button.textContent = busy;
  try {
    await work();
  } finally {
    button.removeAttribute('aria-disabled');
    button.textContent = label;
  }
}

/** Replace the children of a node and keep the focus on the control with the same `data-key`. */
export function refill(node, ...children) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  node.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (focused) {
    node.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
}
