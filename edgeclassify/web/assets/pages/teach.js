/**
 * Teach: classes of one's own, by showing them.
 *
 * "#/teach" lists what was taught; "?step=1" begins a new classifier, "?model=gate&step=2&view=yard" goes on with one;
 * "?model=gate" shows what it knows.
 */

import { openHome } from "./teach/home.js";
import { openKnown } from "./teach/known.js";
import { openWizard } from "./teach/wizard.js";

export const title = "teach.title";

export function open(root, app, params) {
  if (params.step) return openWizard(root, app, params);
  if (params.model) return openKnown(root, app, params);
  return openHome(root, app);
}
