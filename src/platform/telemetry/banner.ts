export interface DemoLogin {
  role: string;
  email: string;
  password: string;
}

export interface BannerFacts {
  url: string;
  /** Where the shop is, if not there. */
  shopUrl?: string | undefined;
  stores: readonly string[];
  logins: readonly DemoLogin[];
  /** Where an embedded database keeps what it knows. */
  dataDir?: string;
}

/** What a person sees who has just typed `make run`. */
export function banner({ url, shopUrl = url, stores, logins, dataDir }: BannerFacts): string {
  const lines: [label: string, text: string][] = [
    ['Shop', shopUrl],
    ['API reference', `${url}/docs`],
    ['Stores', stores.join(', ')],
  ];
  if (dataDir !== undefined)
    lines.push(['Data', `${dataDir} (kept for the next start; delete it to begin anew)`]);
  const width = Math.max(0, ...logins.map(({ email }) => email.length));
  logins.forEach(({ role, email, password }, index) =>
    lines.push([index === 0 ? 'Demo logins' : '', `${email.padEnd(width)}  ${password}  (${role})`]),
  );
  lines.push(['Stop', 'Ctrl-C']);
  const body = lines.map(([label, text]) => `    ${label.padEnd(14)} ${text}`).join('\n');
  return `\n  SwiftDrop is open.\n\n${body}\n`;
}

/** The address to type into a browser on this machine. */
export function browserUrl(host: string, port: number): string {
  const everywhere = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host);
  const name = everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
