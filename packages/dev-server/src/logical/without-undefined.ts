/** The properties that are set. */
export function withoutUndefined<TObject extends object>(
  object: TObject,
): {
  [TKey in keyof TObject]?: Exclude<TObject[TKey], undefined>;
} {
  // fromEntries forgets the names of the properties, which stay what they were
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [TKey in keyof TObject]?: Exclude<TObject[TKey], undefined>;
  };
}
