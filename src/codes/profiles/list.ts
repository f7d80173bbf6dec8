// The national schemes that are known, one line each. A scheme of rank 0 that stands higher is
// asked first.
import { bharatqr } from './bharatqr.profile.ts';
import { duitnow } from './duitnow.profile.ts';
import { hkqr } from './hkqr.profile.ts';
import { jpqr } from './jpqr.profile.ts';
import { khqr } from './khqr.profile.ts';
import { paynow } from './paynow.profile.ts';
import { pix } from './pix.profile.ts';
import type { Profile } from './profile.ts';
import { promptpay } from './promptpay.profile.ts';
import { qris } from './qris.profile.ts';
import { qrph } from './qrph.profile.ts';
import { unionpay } from './unionpay.profile.ts';
import { vietqr } from './vietqr.profile.ts';

export const profiles: readonly Profile[] = [
  bharatqr,
  duitnow,
  hkqr,
  jpqr,
  khqr,
  paynow,
  pix,
  promptpay,
  qris,
  qrph,
  unionpay,
  vietqr,
];

export function profileOf(id: string): Profile | undefined {
  return profiles.find((profile) => profile.id === id);
}
