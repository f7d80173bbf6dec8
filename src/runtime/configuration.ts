// Puts a configuration together from flags, environment, a JSON file and defaults, in that order of
// precedence; each value remembers where it came from. What can be set is settings.ts.
// Secrets come from the environment or from files, never from flags (argv is visible to all) nor
// from the configuration file (which is meant to be shown and kept in version control).
import { z } from 'zod';
import { nearest } from './nearest.ts';
import { readSecretFile } from './secret-file.ts';

export interface SettingMeta {
  readonly description: string;
  /** Taken only from the environment or a file of its own, shown only as `(secret)`. */
  readonly secret?: boolean;
  /** Further environment variables, read after HUTONG_*: DATABASE_URL. */
  readonly environment?: readonly string[];
  /** The flag of `hutong start`, where it is another than the setting's name. */
  readonly flag?: string;
}

/** What is known about each setting besides its schema: `schema.register(settingMetas, {...})`. */
export const settingMetas = z.registry<SettingMeta>();

export type Origin =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'secret_file'; readonly path: string; readonly named: string }
  | { readonly kind: 'default' };

export interface ConfigurationSources {
  /** By setting (`dataFolder`), as the command line gave them; undefined is absent. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The parsed JSON file and its path. */
  readonly file?: { readonly path: string; readonly content: unknown };
}

export interface ConfigurationFault {
  /** The setting, or the name that is none. */
  readonly setting: string;
  readonly origin: Origin;
  readonly message: string;
}

export interface Configuration<T> {
  readonly values: T;
  readonly origins: ReadonlyMap<string, Origin>;
  /**
   * HUTONG_* variables that are no setting. Told, not refused: Kubernetes sets HUTONG_PORT and its
   * like in every pod beside a service of that name.
   */
  readonly warnings: readonly ConfigurationFault[];
}

export type LoadedConfiguration<T> =
  | { readonly ok: true; readonly configuration: Configuration<T> }
  | { readonly ok: false; readonly faults: readonly ConfigurationFault[] };

/** All faults at once, so that they are mended in one go. Values of secrets are in no message. */
export function loadConfiguration<S extends z.ZodObject>(
  schema: S,
  sources: ConfigurationSources,
): LoadedConfiguration<z.output<S>> {
  const settings = Object.keys(schema.shape);
  const faults: ConfigurationFault[] = unknownNames(schema, sources);
  const raw: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const setting of settings) {
    const found = find(setting, metaOf(schema, setting), sources, faults);
    if (found !== undefined) raw[setting] = found.value;
    origins.set(setting, found?.origin ?? { kind: 'default' });
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) {
      const setting = String(path[0] ?? '');
      // A fault in reading a secret is told once, not again as "it is missing".
      if (faults.some((fault) => fault.setting === setting)) continue;
      const below = path.length > 1 ? `${path.slice(1).join('.')}: ` : '';
      faults.push({
        setting,
        origin: origins.get(setting) ?? { kind: 'default' },
        message: below + message,
      });
    }
  }
  if (faults.length > 0 || !parsed.success) return { ok: false, faults };
  const warnings = unknownVariables(schema, sources);
  return { ok: true, configuration: { values: parsed.data, origins, warnings } };
}

type Found = { readonly value: unknown; readonly origin: Origin };

function find(
  setting: string,
  meta: SettingMeta | undefined,
  sources: ConfigurationSources,
  faults: ConfigurationFault[],
): Found | undefined {
  const names = [environmentName(setting), ...(meta?.environment ?? [])];
  if (meta?.secret === true) return findSecret(setting, names, sources, faults);
  const flag = sources.flags?.[setting];
  if (flag !== undefined) {
    return { value: flag, origin: { kind: 'flag', name: meta?.flag ?? flagName(setting) } };
  }
  const variable = fromEnvironment(names, sources);
  if (variable !== undefined) return variable;
  return fromFile(setting, sources);
}

function findSecret(
  setting: string,
  names: readonly string[],
  sources: ConfigurationSources,
  faults: ConfigurationFault[],
): Found | undefined {
  // `<setting>File` is a path and no secret: it may come from anywhere.
  const flag = sources.flags?.[`${setting}File`];
  const path =
    flag !== undefined
      ? { value: flag, origin: { kind: 'flag', name: flagName(`${setting}File`) } as const }
      : fromEnvironment(
          names.map((name) => `${name}_FILE`),
          sources,
        );
  const variable = fromEnvironment(names, sources);
  if (path !== undefined && variable !== undefined) {
    const message = 'is given twice, as itself and as a file: unset one';
    faults.push({ setting, origin: variable.origin, message });
    return undefined;
  }
  if (variable !== undefined) return variable;
  const chosen = path ?? fromFile(`${setting}File`, sources);
  if (chosen === undefined) return undefined;
  const file = String(chosen.value);
  const secret = readSecretFile(file);
  if (!secret.ok) {
    faults.push({ setting, origin: chosen.origin, message: secret.message });
    return undefined;
  }
  const named = describeOrigin(chosen.origin);
  return { value: secret.text, origin: { kind: 'secret_file', path: file, named } };
}

/** An empty variable is an absent one: that is how compose files and shells unset them. */
function fromEnvironment(
  names: readonly string[],
  { environment }: ConfigurationSources,
): Found | undefined {
  for (const name of names) {
    const value = environment?.[name];
    if (value !== undefined && value !== '')
      return { value, origin: { kind: 'environment', name } };
  }
  return undefined;
}

function fromFile(setting: string, { file }: ConfigurationSources): Found | undefined {
  const content = file?.content;
  if (file === undefined || !isRecord(content) || !Object.hasOwn(content, setting))
    return undefined;
  return { value: content[setting], origin: { kind: 'file', path: file.path } };
}

/** Misspelt names are refused: a limit that is silently not set is worse than no start. */
function unknownNames(schema: z.ZodObject, sources: ConfigurationSources): ConfigurationFault[] {
  const known = new Set<string>();
  for (const setting of Object.keys(schema.shape)) {
    known.add(metaOf(schema, setting)?.secret === true ? `${setting}File` : setting);
  }
  const faults: ConfigurationFault[] = [];
  const check = (names: readonly string[], origin: (name: string) => Origin) => {
    for (const name of names) {
      if (known.has(name)) continue;
      const secret = Object.hasOwn(schema.shape, name) && metaOf(schema, name)?.secret === true;
      const message = secret
        ? `is a secret: set ${environmentName(name)}_FILE or ${environmentName(name)} instead`
        : noSetting(name, known);
      faults.push({ setting: name, origin: origin(name), message });
    }
  };
  const { flags = {}, file } = sources;
  const given = Object.keys(flags).filter((name) => flags[name] !== undefined);
  check(given, (name) => ({ kind: 'flag', name: flagName(name) }));
  if (file !== undefined) {
    const origin: Origin = { kind: 'file', path: file.path };
    if (isRecord(file.content)) check(Object.keys(file.content), () => origin);
    else faults.push({ setting: file.path, origin, message: 'must hold one JSON object' });
  }
  return faults;
}

function unknownVariables(
  schema: z.ZodObject,
  { environment = {} }: ConfigurationSources,
): ConfigurationFault[] {
  const known = new Set<string>();
  for (const setting of Object.keys(schema.shape)) {
    known.add(environmentName(setting));
    if (metaOf(schema, setting)?.secret === true) known.add(`${environmentName(setting)}_FILE`);
  }
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name))
    .map((name) => ({
      setting: name,
      origin: { kind: 'environment', name },
      message: noSetting(name, known),
    }));
}

function noSetting(name: string, known: ReadonlySet<string>): string {
  const meant = nearest(name, known);
  return meant === undefined ? 'is no setting' : `is no setting; did you mean ${meant}?`;
}

const PREFIX = 'HUTONG_';

/** `listenPort` → `HUTONG_LISTEN_PORT`. */
export function environmentName(setting: string): string {
  return PREFIX + setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** `listenPort` → `--listen-port`. */
export function flagName(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function metaOf(schema: z.ZodObject, setting: string): SettingMeta | undefined {
  const shape: Readonly<Record<string, z.ZodType | undefined>> = schema.shape;
  const field = shape[setting];
  return field === undefined ? undefined : settingMetas.get(field);
}

export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'flag':
    case 'environment':
      return origin.name;
    case 'file':
      return origin.path;
    case 'secret_file':
      return `${origin.path} (${origin.named})`;
    case 'default':
      return 'default';
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
