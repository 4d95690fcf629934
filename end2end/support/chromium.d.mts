export function chromium(): string | undefined;
export const flags: string[];
