comment on type lethe.execution is 'What one call of execute_due_deletions() did, and how many due requests are left (counted up to 1,000).';
