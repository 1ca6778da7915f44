import { isIPv6 } from 'node:net';

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Who stands behind an address: in IPv6 a network of 64 bits is one subscriber's, who may take another of its
 * addresses for every request.
 */
export function subscriberOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [before = '', after] = address.split('%', 1)[0]!.split('::');
  const groups = before.split(':').filter(Boolean);
  // After the gap there are at most seven groups; what is left out before them is zero.
  const end = after?.split(':').filter(Boolean) ?? [];
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - end.length) }, () => '0');
  const network = [...groups, ...zeros, ...end].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
