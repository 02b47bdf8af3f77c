"""Learning platforms (Moodle, Canvas and others) that send their people here by LTI 1.3 Advantage."""
