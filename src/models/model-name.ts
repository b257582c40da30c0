/** `:cloud` and `-cloud` tags are run by somebody else's machines even when the local server lists them. */
export function isCloudName(name: string): boolean {
  return /[:-]cloud$/i.test(name);
}

/** `name` means `name:latest`. */
export function fullModelName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).includes(':') ? name : `${name}:latest`;
}
