/** Whole seconds as Vault's TTL warnings print them: `768h`, `20m`, `1h30m`, without parts that are zero at the end. */
export function shortDuration(seconds: number): string {
  if (seconds === 0) return '0s';
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  const parts = [hours > 0 ? `${hours}h` : '', minutes > 0 || (hours > 0 && rest > 0) ? `${minutes}m` : ''];
  return `${parts.join('')}${rest > 0 ? `${rest}s` : ''}`;
}
