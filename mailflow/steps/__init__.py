"""What mailflow does, a module a step. Each does one thing once and says whether there is more."""
