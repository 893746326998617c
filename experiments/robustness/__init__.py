"""Is anything lost, or anything wrong unnoticed, when it is killed, damaged or out of room?"""
