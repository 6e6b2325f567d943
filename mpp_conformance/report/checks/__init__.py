"""What an auditor checks a run by: rejudging it, making its forms again, comparing, looking for leaks."""
