// Network addresses as text: `host:port`, with brackets around an IPv6 host, as in `[::1]:7060`.
// In lib, because the configuration checks them and the transport dials them. Names are compared, never resolved.

export interface Address {
  /** Without brackets, in lower case. */
  readonly host: string;
  /** In `[0, 65535]`; 0 asks the system for a free port and cannot be dialled. */
  readonly port: number;
}

const addressPattern = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):([0-9]{1,5})$/;

/** The parts of `host:port`, or undefined when `text` is not of that form. */
export function parseAddress(text: string): Address | undefined {
  const match = addressPattern.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) return undefined;
  return { host: host.toLowerCase(), port };
}

/** The inverse of {@link parseAddress}. */
export const formatAddress = ({ host, port }: Address): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** True for hosts that only this machine reaches: `localhost`, `127.0.0.0/8` and `::1`. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(host);

/** True for hosts that mean every interface: one listens on them, but nobody reaches a peer by them. */
export const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** True for an address that somebody can be reached at. */
export function isDialable(address: Address | undefined): boolean {
  return address !== undefined && address.port > 0;
}

/** Host and port of a peer's `api` URL (port 80 when it names none), or undefined when it is not a plain http URL. */
export function apiAddress(url: string): Address | undefined {
  if (!/^http:\/\/[^/?#@\s]+\/?$/i.test(url) || !URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  const address = parseAddress(`${hostname}:${port === '' ? '80' : port}`);
  return isDialable(address) ? address : undefined;
}
