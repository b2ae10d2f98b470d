declare const tenantId: string;
