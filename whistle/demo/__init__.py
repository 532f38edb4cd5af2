"""The rehearsal: invented people and cases, played through the real doors so that no page is empty."""
