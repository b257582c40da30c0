import { posix, win32 } from 'node:path';

/** What is known of the machine and the person. */
export interface AutostartFacts {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's home folder. */
  readonly homeDir: string;
  readonly uid: number;
  /** The data folder of the background runner. */
  readonly home: string;
  /** The Node that runs this, and the command line's bundle. */
  readonly node: string;
  readonly cli: string;
}

/** How the background runner is made to start with the person's session on this platform. */
export interface AutostartPlan {
  readonly how: 'systemd' | 'launchd' | 'run-key';
  /** What is written; on Windows nothing but a value of the registry. */
  readonly file?: { readonly path: string; readonly text: string };
  /** What a person would look for to see that it is there. */
  readonly place: string;
  /** Fails where the platform's own part is missing. */
  readonly probe?: readonly string[];
  readonly install: readonly (readonly string[])[];
  /** The file goes afterwards. A command that fails had nothing to undo. */
  readonly uninstall: readonly (readonly string[])[];
  readonly reload: readonly (readonly string[])[];
}

const UNIT = 'pantheon.service';
const LABEL = 'dev.pantheon.runner';
const RUN_KEY = String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Run`;

/** Plans it, without doing anything; `undefined` for a platform that is none of the three. */
export function planAutostart(facts: AutostartFacts): AutostartPlan | undefined {
  switch (facts.platform) {
    case 'linux':
      return systemd(facts);
    case 'darwin':
      return launchd(facts);
    case 'win32':
      return runKey(facts);
    default:
      return undefined;
  }
}

function systemd({ env, homeDir, home, node, cli }: AutostartFacts): AutostartPlan {
  const chosen = env['XDG_CONFIG_HOME'];
  const config = chosen === undefined || chosen === '' ? posix.join(homeDir, '.config') : chosen;
  const path = posix.join(config, 'systemd', 'user', UNIT);
  const systemctl = ['systemctl', '--user'];
  const text = `# Written by \`pantheon daemon install\`; \`pantheon daemon uninstall\` removes it.
[Unit]
Description=Pantheon background runner

[Service]
ExecStart=${[node, cli, 'daemon', 'run'].map(commandWord).join(' ')}
Environment=${unitQuoted(`PANTHEON_HOME=${home}`)}
Restart=on-failure
RestartSec=10

[Install]
WantedBy=default.target
`;
  return {
    how: 'systemd',
    file: { path, text },
    place: path,
    probe: [...systemctl, 'show-environment'],
    install: [
      [...systemctl, 'daemon-reload'],
      [...systemctl, 'enable', UNIT],
    ],
    uninstall: [[...systemctl, 'disable', UNIT]],
    reload: [[...systemctl, 'daemon-reload']],
  };
}

/** A word of a unit file: quotes and backslashes escaped, `%` not expanded. */
function unitQuoted(word: string): string {
  return `"${word.replaceAll(/[\\"]/g, String.raw`\$&`).replaceAll('%', '%%')}"`;
}

/** In commands systemd expands `$` too. */
function commandWord(word: string): string {
  return unitQuoted(word).replaceAll('$', () => '$$');
}

function launchd({ homeDir, uid, home, node, cli }: AutostartFacts): AutostartPlan {
  const path = posix.join(homeDir, 'Library', 'LaunchAgents', `${LABEL}.plist`);
  const words = [node, cli, 'daemon', 'run'].map((word) => `    <string>${xml(word)}</string>`).join('\n');
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by \`pantheon daemon install\`; \`pantheon daemon uninstall\` removes it. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>PANTHEON_HOME</key>
    <string>${xml(home)}</string>
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
</dict>
</plist>
`;
  return {
    how: 'launchd',
    file: { path, text },
    place: path,
    install: [['launchctl', 'bootstrap', `gui/${uid}`, path]],
    uninstall: [['launchctl', 'bootout', `gui/${uid}/${LABEL}`]],
    reload: [],
  };
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function runKey({ env, node, cli, home, homeDir }: AutostartFacts): AutostartPlan {
  const usual = win32.join(env['LOCALAPPDATA'] ?? win32.join(homeDir, 'AppData', 'Local'), 'pantheon');
  // A value of this key has no environment of its own: another data folder is set by a shell.
  const start = `"${node}" "${cli}" daemon start`;
  const command = home === usual ? start : `cmd /d /s /c "set "PANTHEON_HOME=${home}"&& ${start}"`;
  return {
    how: 'run-key',
    place: String.raw`${RUN_KEY}\Pantheon`,
    install: [['reg', 'add', RUN_KEY, '/v', 'Pantheon', '/t', 'REG_SZ', '/d', command, '/f']],
    uninstall: [['reg', 'delete', RUN_KEY, '/v', 'Pantheon', '/f']],
    reload: [],
  };
}
