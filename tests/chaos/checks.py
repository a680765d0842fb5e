def check_all(lines, record, logs): return {}
