'use strict';
const pageTimeline = { create: async () => null };
