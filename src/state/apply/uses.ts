// What a command must know of the settings that services use. Each is measured once for a command.

import { factsOf, type SettingFacts } from '../../protocol/references.ts';
import type { Overlay } from '../overlay.ts';

/** Facts of a setting as the command leaves it; undefined when there is none of that name. */
export function settingFacts(overlay: Overlay): (setting: string) => SettingFacts | undefined {
  const known = new Map<string, SettingFacts | undefined>();
  return (name) => {
    if (!known.has(name)) {
      const data = overlay.get('setting', name)?.spec.data;
      known.set(name, data === undefined ? undefined : factsOf(data));
    }
    return known.get(name);
  };
}
