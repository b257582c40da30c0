import { UserError } from '../common/index.ts';

/** Where a server's address came from; decides whether it may be used at night. */
export interface ServerConfig {
  readonly url: string;
  /** `settings` are the person's own; the environment and the default are not. */
  readonly origin: 'settings' | 'environment' | 'default';
  readonly token?: string;
}

export const DEFAULT_OLLAMA_URL = 'http://127.0.0.1:11434';

/**
 * Reads an address as `OLLAMA_HOST` has it: a URL, `host`, `host:port` or `:port`. The addresses on which a server
 * listens everywhere (`0.0.0.0`, `[::]`) become the loopback address. Throws `UserError('model-server-address')`.
 */
export function parseServerAddress(text: string): string {
  const trimmed = text.trim().replace(/\/+$/, '');
  const withHost = trimmed.startsWith(':') ? `127.0.0.1${trimmed}` : trimmed;
  const hasScheme = /^[a-z]+:\/\//i.test(text.trim());
  let url: URL;
  try {
    url = new URL(hasScheme ? withHost : `http://${withHost}`);
  } catch (error) {
    throw badAddress(text, error);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw badAddress(text);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1';
  if (url.port === '' && !hasScheme) url.port = '11434';
  return `${url.origin}${url.pathname === '/' ? '' : url.pathname}`;
}

function badAddress(text: string, cause?: unknown): UserError {
  return new UserError(
    'model-server-address',
    `"${text}" is not the address of a model server.`,
    `Write it like ${DEFAULT_OLLAMA_URL}, in the settings (servers) or in OLLAMA_HOST.`,
    { cause },
  );
}

/** The servers to ask, in order: the person's settings, else `OLLAMA_HOST`, else the default address. */
export function serverConfigs(
  settings: readonly string[],
  environment: { readonly OLLAMA_HOST?: string | undefined },
): readonly ServerConfig[] {
  if (settings.length > 0) {
    return settings.map((address) => ({ url: parseServerAddress(address), origin: 'settings' }));
  }
  const host = environment.OLLAMA_HOST?.trim() ?? '';
  if (host !== '') return [{ url: parseServerAddress(host), origin: 'environment' }];
  return [{ url: DEFAULT_OLLAMA_URL, origin: 'default' }];
}

/** Whether an address never leaves this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** At night only servers on this machine, or ones that the person put into their own settings. */
export function isAllowedAtNight(config: ServerConfig): boolean {
  return config.origin === 'settings' || isLoopback(config.url);
}
