-- How loud a detector is right now is asked for every signal.
CREATE INDEX threats_signal_by_detector ON threats_signal (tenant, detector, last_time);
