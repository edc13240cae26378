"""Before a start: would this config run here, seen with the eyes of the service?"""
