// Who pays in the matrix: a person of each dialect, at a running wallet or platform of their own.
import { dialects } from '../../dialects/registry.ts';
import { createPlatformControl } from '../../sandbox/platform-control.ts';
import type { SandboxPlatform } from '../../sandbox/sandbox-file.ts';
import { minorOf } from '../decimals.ts';
import type { Wallet } from '../wallets.ts';

export interface Payer {
  readonly dialect: string;
  readonly participant: string;
  /** What this person's own wallet says they hold, minor units of CNY. */
  balance(): Promise<bigint>;
  /** Scans the code and pays; throws where that is refused. The same `key` is the same payment. */
  pay(code: string, key: string): Promise<void>;
  /** Scans the code; what it answers pays what was scanned then. */
  scan(code: string): Promise<(key: string) => Promise<void>>;
  /** Scans the code, and does not pay. False where its protocol has no word for that. */
  decline(code: string): Promise<boolean>;
  /** What their side says about the next payment is lost, or comes late. */
  hush(): Promise<void>;
  settle(): Promise<void>;
}

const idOf = (code: string) => code.slice(code.lastIndexOf('/') + 1);

export function nativePayer(wallet: Wallet, account: string): Payer {
  const { control, participant } = wallet;
  async function pay(code: string, key: string): Promise<void> {
    const paid = await control.pay({ account, orderId: idOf(code), key });
    if (paid.state !== 'taken') throw new Error(paid.problem?.code ?? paid.state);
  }
  return {
    dialect: 'native',
    participant,
    async balance() {
      const { users } = await control.state();
      return minorOf(
        users.find((user) => user.account === account)?.balances['CNY'] ?? '0.00',
        'CNY',
      );
    },
    pay,
    scan: (code) => Promise.resolve((key) => pay(code, key)),
    decline: () => Promise.resolve(false),
    // its own question is answered late, whoever is paid
    hush: () => Promise.resolve(),
    settle: () => Promise.resolve(),
  };
}

/** The app that a platform's users scan with says so in its requests. */
const AGENTS: Readonly<Record<string, string>> = Object.fromEntries(
  dialects.flatMap(({ id, app }) => {
    const agent = app === undefined ? undefined : app.userAgent.source;
    return agent === undefined ? [] : [[id, `Mozilla/5.0 (Linux) ${agent}/10.6.0`]];
  }),
);

export function platformPayer(platform: SandboxPlatform): Payer {
  const control = createPlatformControl(platform);
  const { dialect, participant, users } = platform;
  const user = users[0]?.account ?? '';

  /** Where the platform's own cashier is, as its app is told by the shop's code. */
  async function scan(code: string): Promise<string> {
    const headers = { 'user-agent': AGENTS[dialect] ?? '' };
    const answer = await fetch(code, { headers, redirect: 'manual' });
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`the code leads nowhere: ${answer.status}`);
    return location;
  }

  return {
    dialect,
    participant,
    async balance() {
      const { users: all } = await control.state();
      return minorOf(all.find(({ userId }) => userId === user)?.balance ?? '0.00', 'CNY');
    },
    async pay(code) {
      await control.confirm(user, await scan(code));
    },
    async scan(code) {
      const location = await scan(code);
      return async () => void (await control.confirm(user, location));
    },
    async decline(code) {
      await control.decline(user, await scan(code));
      return true;
    },
    async hush() {
      await control.addFault({ kind: 'notify_lose', times: 20 });
    },
    async settle() {
      await control.clearFaults();
    },
  };
}
