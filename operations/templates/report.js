"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PAGE = 200; // rows that are in the page at first, and with each step more
  const WORDS = {
    fails: "a property does not hold", differs: "AWS has it otherwise", unread: "AWS could not be read",
    waived: "something is waived", disabled: "kept disabled", fine: "fine",
  };
  const ASKED = { administer: "Who can administer it", use: "Who can use it", grant: "Who can make grants", delete: "Who can delete it" };
  const at = (key) => `${key.account}/${key.region}/${key.purpose}`;
  const keys = new Map(data.keys.map((key) => [at(key), key]));
  const $ = (id) => document.getElementById(id);

  // Everything from the data becomes text, never markup.
  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) if (value !== false) made.setAttribute(attribute, value);
    made.append(...children.flat(Infinity));
    return made;
  };
  const rich = (text) => {
    const parts = text.split("`");
    return parts.length % 2 ? parts.map((part, i) => (i % 2 ? element("code", {}, part) : part)) : [text];
  };
  const chip = (kind, text) => element("span", { class: `chip ${kind}` }, text);
  const list = (items, attributes) => element("ul", attributes || {}, items.map((item) => element("li", {}, item)));
  const days = (number) => `${number} days`;
  const link = (key) => element("a", { href: `#/key/${at(key)}` }, `${key.account} / ${key.region} / ${key.purpose}`);
  const page = (source) => {
    const safe = /^https:\/\//.test(source);
    return safe ? element("a", { href: source, rel: "noreferrer" }, new URL(source).hostname) : source;
  };

  // The list of keys
  const FILTERS = {
    account: [...new Set(data.keys.map((key) => key.account))],
    region: data.regions,
    purpose: Object.keys(data.purposes),
    standing: Object.keys(WORDS).filter((word) => data.keys.some((key) => key.standing === word)),
    rotation: ["on", "off"],
  };
  const named = data.policies.map((policy) => [...policy.administrators, ...policy.users, ...policy.services].join(" ").toLowerCase());
  const hay = data.keys.map((key) => `${at(key)} ${key.account_id} ${key.alias} ${key.aws ? key.aws.key_id : ""}`.toLowerCase());
  let found = [];
  let shown = 0;

  const matches = (key, wanted) =>
    Object.entries(wanted).every(([name, value]) => name === "q" || (name === "rotation" ? (key.rotation_period_days !== null) === (value === "on") : key[name] === value));
  const asked = () => Object.fromEntries([...new FormData(document.forms[0])].filter(([, value]) => value && value.length !== 0));
  const row = (key) =>
    element("tr", {},
      element("th", { scope: "row" }, link(key)),
      element("td", { class: "mono" }, key.alias),
      element("td", {}, key.rotation_period_days === null ? "off" : days(key.rotation_period_days)),
      element("td", {}, days(key.deletion_window_days)),
      element("td", {}, data.uses[key.uses].length ? String(data.uses[key.uses].length) : "–"),
      element("td", {}, chip(key.standing, WORDS[key.standing])));
  const more = (number) => {
    $("rows").append(...found.slice(shown, shown + number).map(row));
    shown = Math.min(found.length, shown + number);
    $("more").hidden = shown >= found.length;
  };
  const filter = () => {
    const wanted = asked();
    const words = (wanted.q || "").toLowerCase().split(/\s+/).filter(Boolean);
    found = data.keys.filter((key, i) => matches(key, wanted) && words.every((word) => hay[i].includes(word) || named[key.policy].includes(word)));
    shown = 0;
    $("rows").replaceChildren();
    more(PAGE);
    $("count").textContent = `${found.length.toLocaleString("en")} of ${data.keys.length.toLocaleString("en")} keys`;
  };
  const buildFilters = () => {
    const form = document.forms[0];
    form.append(element("label", { class: "wide" }, "Search", element("input", { name: "q", type: "search", placeholder: "account, alias, role …", autocomplete: "off" })));
    for (const [name, values] of Object.entries(FILTERS)) {
      const options = values.map((value) => element("option", { value }, WORDS[value] || value));
      form.append(element("label", {}, name[0].toUpperCase() + name.slice(1), element("select", { name }, element("option", { value: "" }, "all"), options)));
    }
    form.addEventListener("input", () => {
      const query = new URLSearchParams(asked()).toString();
      history.replaceState(null, "", `#/keys${query ? `?${query}` : ""}`);
      filter();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    $("more").addEventListener("click", () => more(PAGE));
    new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && more(PAGE), { rootMargin: "600px" }).observe($("more"));
    addEventListener("beforeprint", () => more(found.length));
  };
  const showKeys = (query) => {
    const wanted = new URLSearchParams(query);
    for (const field of document.forms[0].elements) if (field.name) field.value = wanted.get(field.name) || "";
    filter();
  };

  // The page of one key
  const own = (key) => (text) => text.replaceAll("${account}", key.account_id).replaceAll("${region}", key.region);
  const facts = (pairs) => element("dl", { class: "facts" }, pairs.filter(([, value]) => value && value.length !== 0).map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  const people = (names, say) => (names.length ? names.map((name) => element("div", { class: "mono" }, say(name))) : "none");
  const whoCan = (title, ways, say) =>
    element("div", { class: "card" }, element("h3", {}, title),
      ways.map((way) => [element("p", { class: "how" }, way.how), list(way.who.map(say))]),
      element("p", { class: "how" }, ways.length ? "Nobody else." : "Nobody."));
  const callers = (policy, say) => {
    const columns = Object.keys(policy.callers[0].can);
    return element("details", {}, element("summary", {}, "All callers and all six things that one can do with a key"),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Who can do what" },
        element("table", { class: "list" },
          element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Caller"), columns.map((column) => element("th", { scope: "col" }, column)))),
          element("tbody", {}, policy.callers.map((caller) => element("tr", {}, element("th", { scope: "row" }, say(caller.who)), columns.map((column) => element("td", {}, caller.can[column]))))))),
      element("p", { class: "small quiet" }, "yes: whatever IAM policies say. IAM: as far as the IAM policies of the caller's account allow. if: under conditions of the policy. in part: some actions of the column."));
  };
  const statement = (one, document, say) =>
    element("li", { class: "card" },
      element("header", {}, element("h3", { class: "mono" }, say(one.sid)), chip(one.effect, one.effect === "Deny" ? "denies" : "allows")),
      one.says.map((sentence) => element("p", {}, rich(say(sentence)))),
      element("p", { class: "quiet" }, rich(one.why)),
      one.evidence ? element("p", { class: "small quiet" }, `How it is known: ${one.evidence === "yours" ? "the owner of the configuration says so" : one.evidence}, `, page(one.source), one.if_wrong ? [`. If AWS behaved otherwise: `, ...rich(one.if_wrong), "."] : ".") : [],
      element("details", {}, element("summary", {}, one.actions.length === 1 ? "1 action, and the statement as JSON" : `${one.actions.length} actions, and the statement as JSON`),
        element("pre", { tabindex: "0" }, say(JSON.stringify(document, null, 2)))));
  const SENTENCES = Object.fromEntries(data.properties.map((property) => [property.id, property.sentence]));
  const proof = (verdict, say) => {
    const waiver = verdict.waiver === null ? null : data.waivers[verdict.waiver];
    return element("li", { class: waiver ? "waived" : verdict.verdict }, rich(SENTENCES[verdict.property]),
      verdict.verdict === "holds" ? [] : element("div", { class: "small" }, `${verdict.verdict}: ${say(verdict.found)} (${verdict.place})`),
      waiver ? element("div", { class: "small" }, `waived: ${waiver.reason} (${waiver.place})`) : [],
      verdict.needs_a3 ? element("span", { class: "small quiet" }, " Rests on A3 too.") : []);
  };
  const showKey = (path) => {
    const key = keys.get(decodeURIComponent(path));
    const section = $("key");
    if (!key) {
      section.replaceChildren(element("h1", { tabindex: "-1" }, "There is no such key"), element("p", {}, `The report has no key ${decodeURIComponent(path)}.`), element("p", {}, element("a", { href: "#/keys" }, "All keys")));
      return;
    }
    const policy = data.policies[key.policy];
    const say = own(key);
    const verdicts = data.proofs[key.proofs];
    const worst = [...verdicts].sort((a, b) => (a.verdict === "holds") - (b.verdict === "holds"));
    const open = verdicts.filter((one) => one.verdict !== "holds" && one.waiver === null);
    const about = [
      ...open.map((one) => ({ title: `${one.verdict}: ${one.property}`, text: `${SENTENCES[one.property]} But: ${say(one.found)}.` })),
      ...[...data.failures, ...(data.aws ? data.aws.findings : [])].filter((one) => one.key === at(key) && one.kind !== "property"),
    ];
    const uses = data.uses[key.uses].map((use) => rich(say(use)));
    section.replaceChildren(...[
      element("p", { class: "kicker noprint" }, element("a", { href: `#/keys?account=${encodeURIComponent(key.account)}&region=${key.region}` }, `${key.account} / ${key.region}`)),
      element("h1", { tabindex: "-1" }, `The ${key.purpose} key of ${key.account} in ${key.region}`),
      element("p", { class: "lead" }, `For ${data.purposes[key.purpose]}. `, chip(key.standing, WORDS[key.standing])),
      about.length ? element("ul", { class: "said" }, about.map((one) => element("li", { class: "fails" }, element("strong", {}, one.title), element("p", { class: "lines" }, rich(one.text))))) : [],
      facts([
        ["Alias", element("code", {}, key.alias)],
        ["Account", [key.account, " ", element("code", {}, key.account_id)]],
        ["Key ID in AWS", data.aws ? (key.aws ? [element("code", {}, key.aws.key_id), `, ${key.aws.state}`] : "not found, or not readable") : "AWS was not asked"],
        ["State", key.state],
        ["Rotation", key.rotation_period_days === null ? "off" : `every ${days(key.rotation_period_days)}`],
        ["Deletion", `waits ${days(key.deletion_window_days)}, in which it can be taken back; Terraform never deletes it`],
        ["Administrators", people(policy.administrators, say)],
        ["Users", people(policy.users, say)],
        ["Services", policy.services.join(", ") || "none"],
        ["Shared with", policy.shared_with.join(", ")],
        ["Terraform", [element("code", {}, key.address), ` in stack ${key.stack}`]],
        ["Exceptions", data.exceptions.filter((one) => ["account", "region", "purpose"].every((name) => one[name] === null || one[name] === key[name])).map((one) => element("div", {}, element("code", {}, one.says), ` ${one.reason} (${one.place})`))],
        ["Decided in", element("code", {}, key.place)],
      ]),
      element("h2", {}, "Who can do what"),
      element("p", {}, policy.scope),
      policy.undecided ? element("p", {}, `Not decided: ${say(policy.undecided)}`) : [element("div", { class: "asked" }, Object.entries(policy.who_can).map(([what, ways]) => whoCan(ASKED[what], ways, say))), callers(policy, say)],
      element("h2", {}, "What uses it"),
      uses.length ? list(uses) : element("p", {}, "Nothing that this configuration makes. Others may."),
      element("h2", {}, "Its policy, statement by statement"),
      element("ol", { class: "statements" }, policy.statements.map((one, i) => statement(one, policy.document.Statement[i], say))),
      element("details", {}, element("summary", {}, "The whole policy as JSON"), element("pre", { tabindex: "0" }, say(JSON.stringify(policy.document, null, 2)))),
      element("h2", {}, "What is proven of it"),
      element("ul", { class: "proofs" }, worst.map((verdict) => proof(verdict, say))),
    ].flat(Infinity));
  };

  // Which part is shown: by the address after the #
  const PARTS = ["overview", "keys", "key", "not-encrypted", "controls", "proofs"];
  const title = document.title;
  let first = true;
  const route = () => {
    const [, name = "", rest = ""] = /^#\/([a-z-]*)(?:[/?](.*))?$/.exec(location.hash) || [];
    const part = PARTS.includes(name) ? name : "overview";
    if (part === "keys") showKeys(rest);
    if (part === "key") showKey(rest);
    for (const id of PARTS) $(id).hidden = id !== part;
    for (const anchor of document.querySelectorAll("nav a")) {
      const is = anchor.hash === `#/${part === "overview" ? "" : part === "key" ? "keys" : part}`;
      if (is) anchor.setAttribute("aria-current", "page"); else anchor.removeAttribute("aria-current");
    }
    const heading = $(part).querySelector("h1");
    document.title = part === "overview" ? title : `${heading.textContent} · ${title}`;
    if (!first) { scrollTo(0, 0); heading.focus({ preventScroll: true }); }
    first = false;
  };
  buildFilters();
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address stays that of the part
    $("main").focus();
  });
  addEventListener("hashchange", route);
  route();
})();
