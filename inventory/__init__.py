"""What is true: records -> statements -> identity -> profiles -> assessments -> classes -> statistics.

Belongs here: plain functions from frames to frames, and the reviewed data files they read.
Does not belong here: the web, databases, orchestration, Great Expectations; a function here never asks a clock.
"""
