"""Who is emerging, under the radar, and why we think so: pure functions of a week's facts."""
