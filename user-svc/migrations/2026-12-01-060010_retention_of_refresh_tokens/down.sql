drop index refresh_tokens_used;
