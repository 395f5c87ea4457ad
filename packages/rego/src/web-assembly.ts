/** The part of WebAssembly that the runtime uses, typed here because its types otherwise come with the DOM's. */
export type WasmMemory = { readonly buffer: ArrayBuffer }
export type WasmModule = { readonly kind?: 'module' }
export type WasmInstance = { readonly exports: unknown }

type WebAssemblyApi = {
  readonly compile: (bytes: Uint8Array) => Promise<WasmModule>
  readonly Instance: new (module: WasmModule, imports: Record<string, object>) => WasmInstance
  readonly RuntimeError: new (message?: string) => Error
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly
