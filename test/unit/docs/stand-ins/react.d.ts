/** The part of React's types that docs/spa.md uses. */
declare module 'react' {
  export function useEffect(effect: () => undefined | (() => void), inputs: unknown[]): void;
  export function useReducer<S>(reducer: (state: S) => S, initial: S): [S, () => void];
  export function useState<S>(initial: S | (() => S)): [S, (state: S) => void];
}

declare module 'react/jsx-runtime' {
  type ChangeHandler = (event: { readonly target: { readonly value: string } }) => void;

  export namespace JSX {
    type Element = object;
    interface IntrinsicElements {
      button: { disabled?: boolean; onClick: () => Promise<void>; children: string };
      p: { role: string; children: string };
      textarea: { value: string; onChange: ChangeHandler };
    }
  }
  export const Fragment: (properties: { children: unknown }) => JSX.Element;
  export const jsx: unknown;
  export const jsxs: unknown;
}
