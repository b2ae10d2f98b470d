/** The part of Angular's types that docs/spa.md uses. */
declare module '@angular/core' {
  export function Injectable(): (target: new () => unknown, context: unknown) => void;
  export abstract class DestroyRef {
    abstract onDestroy(callback: () => void): () => void;
  }
  export function inject<T>(token: abstract new () => T): T;
  export function signal<T>(initial: T): (() => T) & { update(change: (value: T) => T): void };
}
