// Writes what is generated of the extension: its contributions, which are typed in src/extension/manifest, into package.json,
// their texts into package.nls.json, and the texts of its code into l10n/bundle.l10n.json.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { manifestTexts, withManifest } from '../src/extension/manifest/index.ts';
import { bundleOf, extensionTexts } from './extension-texts.ts';

const file = (path: string) => new URL(`../${path}`, import.meta.url);
writeFileSync(file('package.json'), withManifest(readFileSync(file('package.json'), 'utf8')));
writeFileSync(file('package.nls.json'), manifestTexts());
mkdirSync(file('l10n/'), { recursive: true });
writeFileSync(file('l10n/bundle.l10n.json'), bundleOf(extensionTexts().translated));
