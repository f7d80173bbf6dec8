// The door of the problems room: expected failures as values. Bugs are src/runtime/defect.ts.
export * from './problem.ts';
