// Where the switch may connect to on a participant's behalf. Every address a name resolves to is
// judged, and the judged address is the one that is connected to, so that a name cannot change
// between the look and the call (DNS rebinding). The sandbox may reach loopback.
import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';

type Callback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

export interface AddressGuard {
  /** Why the URL may not be called; null where only its addresses remain to be judged. */
  judgeUrl(url: URL): string | null;
  isAllowed(address: string): boolean;
  lookup(hostname: string, options: LookupOptions, callback: Callback): void;
}

// RFC 6890 and its successors: what is not the public internet
const CLOSED_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const CLOSED_V6: readonly (readonly [string, number])[] = [
  ['::', 128],
  ['::1', 128],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
];

function closedList(): BlockList {
  const list = new BlockList();
  for (const [net, bits] of CLOSED_V4) list.addSubnet(net, bits, 'ipv4');
  for (const [net, bits] of CLOSED_V6) list.addSubnet(net, bits, 'ipv6');
  return list;
}

function refusal(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} leads to an address that may not be called`), {
    code: 'ERR_ADDRESS_REFUSED',
  });
}

export function createAddressGuard(options: { readonly allowLoopback: boolean }): AddressGuard {
  const closed = closedList();
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');

  function isAllowed(address: string): boolean {
    const family = isIP(address);
    if (family === 0) return false;
    const kind = family === 4 ? 'ipv4' : 'ipv6';
    if (options.allowLoopback && loopback.check(address, kind)) return true;
    return !closed.check(address, kind);
  }

  return {
    judgeUrl(url) {
      if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'only http and https';
      if (url.protocol === 'http:' && !options.allowLoopback) return 'only https';
      if (url.username !== '' || url.password !== '') return 'no credentials in an address';
      const host = url.hostname.replace(/^\[|\]$/g, '');
      // undici connects to literal addresses without asking lookup
      return isIP(host) !== 0 && !isAllowed(host) ? 'the address may not be called' : null;
    },
    isAllowed,
    lookup(hostname, asked, callback) {
      dnsLookup(hostname, { ...asked, all: true }, (error, found) => {
        if (error !== null) return callback(error, []);
        const [first] = found;
        if (first === undefined || !found.every(({ address }) => isAllowed(address))) {
          return callback(refusal(hostname), []);
        }
        return asked.all === true
          ? callback(null, found)
          : callback(null, first.address, first.family);
      });
    },
  };
}
