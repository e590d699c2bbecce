"""What tests share: playbooks, peers, factories, samples; no test of the product stands here."""
