/**
 * The key of what the library's own further entries see of a resolver: what holds now, with its values. To read a
 * value there is no read of the application's, so that none of those who observe reads is told.
 */
export const inside: unique symbol = Symbol.for('strongroom.resolver.inside');

/**
 * The key of what a resolver makes its snapshot from: what its sources come to, or, in one of the library's own
 * further entries, what another resolver handed over.
 */
export const resolving: unique symbol = Symbol.for('strongroom.resolver.resolving');
