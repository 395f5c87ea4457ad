/** Types of lock.mjs, which is plain JavaScript because it must run before anything is installed. */
type LockedPackages = Readonly<
  Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>
>
export declare const findIncomplete: (
  packages: LockedPackages,
) => readonly (readonly [path: string, name: string, version: string])[]
