// The one list of dialects: a new one is a folder and a line here.
import { nativeDialect } from './native/native.dialect.ts';

export const dialects = [nativeDialect] as const;
