/** The part of Vue's types that docs/spa.md uses. */
declare module 'vue' {
  export interface ShallowRef<T> {
    value: T;
  }
  export function shallowRef<T>(value: T): ShallowRef<T>;
  export function triggerRef(ref: ShallowRef<unknown>): void;
  export function onScopeDispose(dispose: () => void): void;
}
