// Which names a request may call a peer by. A browser page that rebinds its own name to 127.0.0.1, or a form that
// posts here from elsewhere, carries a foreign Host or Origin; a program or a person at this machine does not.

/** True for `localhost`, names below it, 127.0.0.0/8 and `[::1]`; `host` without its port. */
function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(host);
}

/** The host of `host` or `host:port`, in lower case; undefined when it is neither. */
function hostOf(hostAndPort: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(?::\d{1,5})?$/i.exec(hostAndPort);
  return match?.[1]?.toLowerCase();
}

/** What a request says of where it was sent and whence it comes. */
export interface RequestOrigin {
  readonly host: string | undefined;
  /** Absent in anything but a browser. */
  readonly origin: string | undefined;
}

/** A judge over requests. `allowedHosts` are host names, or the URLs of the peers' APIs that hold them. */
export function hostGuard(allowedHosts: readonly string[]): (request: RequestOrigin) => boolean {
  const allowed = new Set(allowedHosts.map((host) => hostOf(authorityOf(host) ?? host)));
  const permits = (host: string | undefined): boolean =>
    host !== undefined && (isLoopback(host) || allowed.has(host));
  let last: string | undefined; // permitted: most requests call a peer by one name
  return ({ host, origin }) => {
    if (host === undefined || (host !== last && !permits(hostOf(host)))) return false;
    last = host;
    if (origin === undefined) return true;
    const authority = authorityOf(origin);
    return authority !== undefined && permits(hostOf(authority));
  };
}

/** `host:port` of a URL without a path; undefined when it is none. */
function authorityOf(url: string): string | undefined {
  return /^https?:\/\/([^/?#]+)\/?$/i.exec(url)?.[1];
}
