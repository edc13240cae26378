/** English. Keys are flat; "{name}" is filled in. A page's texts stand in a block of their own: keep to yours. */
export default {
  // ---- shell
  "nav.pages": "Pages",
  "nav.skip": "To the content",
  "nav.more": "More",
  "nav.live": "Live",
  "nav.events": "Events",
  "nav.aim": "Aim",
  "nav.tune": "Tune",
  "nav.teach": "Teach",
  "nav.models": "Models",
  "nav.system": "System",
  "action.close": "Close",
  "action.cancel": "Cancel",
  "action.save": "Save",
  "action.remove": "Remove",
  "action.undo": "Undo",
  "action.retry": "Try again",
  "connection.live": "Live",
  "connection.connecting": "Connecting",
  "connection.lost": "No answer",
  "connection.bar": "The node does not answer. What is shown may be old.",
  "connection.retry": "Try now",
  "connection.none": "The node does not answer yet",
  "error.network": "The node can't be reached.",
  "error.status": "The node refused that ({status}).",
  "error.page": "This page could not be loaded. Reload to try again.",
  "login.title": "Log in",
  "login.lead": "Log in to look and change.",
  "login.password": "Password",
  "login.enter": "Log in",
  "login.wrong": "That is not the password of this node.",
  "login.hint": "Forgotten? On the node, this makes a new one:",
  "login.leave": "Log out",
  "look.title": "Appearance",
  "look.theme": "Theme",
  "look.auto": "Automatic",
  "look.light": "Light",
  "look.dark": "Dark",
  "look.language": "Language",
  "time.today": "Today",
  "time.yesterday": "Yesterday",
  "time.just_now": "just now",
  "time.ago": "{time} ago",
  "unit.seconds": "{n} s",
  "unit.minutes": "{n} min",
  "unit.hours_minutes": "{h} h {m} min",
  "unit.days_hours": "{d} d {h} h",
  "picture.alt": "What the camera {camera} sees",
  "picture.waiting": "Waiting for the first picture",
  "picture.none": "No picture from this camera",
  "picture.labels_only": "This node shows no pictures: labels only.",
  "state.unknown": "Nothing certain",
  "problem.covered": "covered",
  "problem.moved": "moved",
  "problem.defocused": "out of focus",
  "problem.dark": "too dark",
  "problem.overexposed": "too bright",
  "problem.frozen": "frozen",

  // ---- live
  "live.title": "Live",

  // ---- events
  "events.title": "Events",

  // ---- aim
  "aim.title": "Aim",

  // ---- tune
  "tune.title": "Tune",

  // ---- teach
  "teach.title": "Teach",

  // ---- models
  "models.title": "Models",

  // ---- system
  "system.title": "System",
};
