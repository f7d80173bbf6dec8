// `<data>/sandbox.json`: where the sandbox's wallets are and how to speak to their control API. It
// holds tokens, so nobody else on the machine may read it. Other commands find the wallets by it.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const sandboxFileSchema = z.object({
  wallets: z.array(
    z.object({
      participant: z.string(),
      /** What it is called at the switch: keys and endpoint belong to it. */
      connection: z.string(),
      dialect: z.string(),
      /** Where the switch calls it. */
      address: z.string(),
      controlAddress: z.string(),
      controlToken: z.string(),
      pid: z.int(),
      mode: z.enum(['two-step', 'single-phase']),
      currencies: z.array(z.string()),
      configFile: z.string(),
      journalFile: z.string(),
      users: z.array(z.object({ account: z.string(), name: z.string(), alias: z.string() })),
    }),
  ),
  /** Simulated platforms, each reached through a sponsor's connection. */
  platforms: z.array(
    z.object({
      participant: z.string(),
      connection: z.string(),
      dialect: z.string(),
      address: z.string(),
      controlAddress: z.string(),
      controlToken: z.string(),
      pid: z.int(),
      users: z.array(z.object({ account: z.string(), name: z.string() })),
    }),
  ),
  /** What a shop's program needs to speak a platform's protocol to the switch. */
  shops: z.array(
    z.object({
      participant: z.string(),
      connection: z.string(),
      dialect: z.string(),
      credentials: z.record(z.string(), z.string()),
    }),
  ),
});
export type SandboxFile = z.infer<typeof sandboxFileSchema>;
export type SandboxWallet = SandboxFile['wallets'][number];
export type SandboxPlatform = SandboxFile['platforms'][number];
export type SandboxShop = SandboxFile['shops'][number];

const pathOf = (dataFolder: string) => join(dataFolder, 'sandbox.json');

export function writeSandboxFile(dataFolder: string, content: SandboxFile): void {
  const path = pathOf(dataFolder);
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, path);
}

/** null where no sandbox was started with this data folder. */
export function readSandboxFile(dataFolder: string): SandboxFile | null {
  let text: string;
  try {
    text = readFileSync(pathOf(dataFolder), 'utf8');
  } catch {
    return null;
  }
  const parsed = sandboxFileSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

export function removeSandboxFile(dataFolder: string): void {
  rmSync(pathOf(dataFolder), { force: true });
}
