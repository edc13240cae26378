/** German. The same keys as in en.js, in the same blocks. */
export default {
  // ---- shell
  "nav.pages": "Seiten",
  "nav.skip": "Zum Inhalt",
  "nav.more": "Mehr",
  "nav.live": "Live",
  "nav.events": "Ereignisse",
  "nav.aim": "Zielen",
  "nav.tune": "Abstimmen",
  "nav.teach": "Anlernen",
  "nav.models": "Modelle",
  "nav.system": "System",
  "action.close": "Schließen",
  "action.cancel": "Abbrechen",
  "action.save": "Speichern",
  "action.remove": "Entfernen",
  "action.undo": "Rückgängig",
  "action.retry": "Noch einmal",
  "connection.live": "Live",
  "connection.connecting": "Verbindet",
  "connection.lost": "Keine Antwort",
  "connection.bar": "Der Knoten antwortet nicht. Was hier steht, kann alt sein.",
  "connection.retry": "Jetzt versuchen",
  "connection.none": "Der Knoten antwortet noch nicht",
  "error.network": "Der Knoten ist nicht erreichbar.",
  "error.status": "Der Knoten hat das abgelehnt ({status}).",
  "error.page": "Diese Seite ließ sich nicht laden. Bitte neu laden.",
  "login.title": "Anmelden",
  "login.lead": "Zum Ansehen und Ändern bitte anmelden.",
  "login.password": "Passwort",
  "login.enter": "Anmelden",
  "login.wrong": "Das ist nicht das Passwort dieses Knotens.",
  "login.hint": "Vergessen? Das macht auf dem Knoten ein neues:",
  "login.leave": "Abmelden",
  "look.title": "Darstellung",
  "look.theme": "Farben",
  "look.auto": "Automatisch",
  "look.light": "Hell",
  "look.dark": "Dunkel",
  "look.language": "Sprache",
  "time.today": "Heute",
  "time.yesterday": "Gestern",
  "time.just_now": "gerade eben",
  "time.ago": "vor {time}",
  "unit.seconds": "{n} s",
  "unit.minutes": "{n} min",
  "unit.hours_minutes": "{h} h {m} min",
  "unit.days_hours": "{d} T {h} h",
  "picture.alt": "Was die Kamera {camera} sieht",
  "picture.waiting": "Wartet auf das erste Bild",
  "picture.none": "Kein Bild von dieser Kamera",
  "picture.labels_only": "Dieser Knoten zeigt keine Bilder, nur Labels.",
  "state.unknown": "Nichts Sicheres",
  "problem.covered": "verdeckt",
  "problem.moved": "verschoben",
  "problem.defocused": "unscharf",
  "problem.dark": "zu dunkel",
  "problem.overexposed": "zu hell",
  "problem.frozen": "eingefroren",

  // ---- live
  "live.title": "Live",

  // ---- events
  "events.title": "Ereignisse",

  // ---- aim
  "aim.title": "Zielen",

  // ---- tune
  "tune.title": "Abstimmen",

  // ---- teach
  "teach.title": "Anlernen",

  // ---- models
  "models.title": "Modelle",

  // ---- system
  "system.title": "System",
};
